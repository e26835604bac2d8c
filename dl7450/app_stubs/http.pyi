from dl7450.http import *
