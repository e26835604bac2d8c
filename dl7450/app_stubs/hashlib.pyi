from dl7450.hashlib import *
