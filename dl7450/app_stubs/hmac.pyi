from dl7450.hmac import *
