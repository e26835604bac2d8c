from dl7450.binascii import *
