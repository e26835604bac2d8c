from dl7450.network import *
