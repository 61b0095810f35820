"""gRPC servicers: they convert, call, and map errors. Nothing else lives here."""
