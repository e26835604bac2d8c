from dl7450.dock import *
