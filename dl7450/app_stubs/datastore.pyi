from dl7450.datastore import *
