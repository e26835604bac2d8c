from dl7450.datetime import *
