from dl7450.mqtt import *
