from dl7450.wakeup import *
