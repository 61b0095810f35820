#ifndef RJAZZ_TEXT_H
#define RJAZZ_TEXT_H

#include <Rinternals.h>

#include <string>

// Whether some bytes are UTF-8 as Unicode defines it: no surrogates, nothing longer than need be.
bool is_utf8(const char* data, std::size_t length);

// The text of an element of a character vector in UTF-8. What is wrong with it, in words, or null.
const char* utf8_text(SEXP element, std::string& text);

#endif
