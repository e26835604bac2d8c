"""dl7450.http held against libcurl itself: every scenario runs through both and the outcomes are compared."""
