"""MQTT 3.1.1 as the dock's `mqtt` module speaks it: numbers, arguments, the protocol engine, connections, spans.

    arguments   what an app passes, checked                                   (pure)
    errors      the numbers and their texts                                   (pure)
    engine      paho-mqtt as a protocol engine: bytes in, events and bytes out
    connection  a stream to a broker: TCP, TLS, WebSocket
    backlog     what the app has not been told yet, and how much that may be
    session     connects, lives, is lost, tries again: one task for each client
    clients     the clients of one dock

Imports of dl7450: _trio, _version, http.
"""
