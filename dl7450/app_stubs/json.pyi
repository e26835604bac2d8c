from dl7450.json import *
