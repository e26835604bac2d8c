from dl7450.io import *
