from dl7450.vision_client import *
