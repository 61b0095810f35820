#include "text.h"

namespace {

bool is_ascii(const char* text) {
  for (; *text != 0; ++text)
    if (static_cast<unsigned char>(*text) > 0x7f) return false;
  return true;
}

}  // namespace

bool is_utf8(const char* data, std::size_t length) {
  const auto* at = reinterpret_cast<const unsigned char*>(data);
  const auto* end = at + length;
  while (at < end) {
    unsigned first = *at++;
    if (first < 0x80) continue;
    int more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    if (first < 0xc2 || first > 0xf4 || end - at < more) return false;
    unsigned second = *at;
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) || (first == 0xf0 && second < 0x90) ||
        (first == 0xf4 && second > 0x8f))
      return false;
    for (; more > 0; --more, ++at)
      if ((*at & 0xc0) != 0x80) return false;
  }
  return true;
}

const char* utf8_text(SEXP element, std::string& text) {
  if (element == NA_STRING) return "NA";
  if (Rf_getCharCE(element) == CE_BYTES) return "bytes that are not text (Encoding \"bytes\")";
  const void* mark = vmaxget();
  text = Rf_translateCharUTF8(element);
  vmaxset(mark);
  // R writes characters that the locale lacks as <ff>: text that was more than ASCII would now be ASCII
  bool lost = Rf_getCharCE(element) == CE_NATIVE && is_ascii(text.data()) && !is_ascii(CHAR(element));
  return !lost && is_utf8(text.data(), text.size()) ? nullptr : "text that is not valid in its encoding";
}
