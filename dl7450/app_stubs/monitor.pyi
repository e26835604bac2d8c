from dl7450.monitor import *
