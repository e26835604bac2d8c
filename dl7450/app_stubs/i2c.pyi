from dl7450.i2c import *
