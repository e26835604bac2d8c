from dl7450.framebuf import *
