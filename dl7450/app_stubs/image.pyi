from dl7450.image import *
