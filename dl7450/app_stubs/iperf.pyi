from dl7450.iperf import *
