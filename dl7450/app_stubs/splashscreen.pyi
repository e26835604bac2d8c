from dl7450.splashscreen import *
