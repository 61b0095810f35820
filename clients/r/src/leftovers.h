#ifndef RJAZZ_LEFTOVERS_H
#define RJAZZ_LEFTOVERS_H

#include <functional>

// What gRPC still uses after a call has ended for R: with a server that does not read, a message that was begun is neither
// sent nor dropped. It is kept until gRPC is done with it, and asked for at each call.

// Keeps what a function holds until that says that it is done.
void keep_until(std::function<bool()> done);

// Drops what is done.
void drop_leftovers();

#endif
