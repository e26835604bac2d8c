from dl7450.gpio import *
