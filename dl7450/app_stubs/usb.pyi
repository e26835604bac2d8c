from dl7450.usb import *
