from dl7450.time import *
