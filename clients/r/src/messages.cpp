// Messages of the contract from and to lists of R, by reflection.
//
// A message is a named list of the fields that are set (in the order of their numbers). Enumerations are the names of
// their values, bytes are raw vectors, repeated fields are vectors, or lists of messages or raw vectors. Integers of 64
// bits and unsigned ones are doubles, which hold them up to 2^53.
#include "messages.h"

#include <google/protobuf/descriptor.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include "text.h"
#include "types.h"

namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr double exact = 9007199254740992.0;  // 2^53

// Where in a message something is: its type, a field of something, or an element of a field, counted from 0. It is put
// into words only where something is wrong.
class Path {
 public:
  explicit Path(const std::string& type) : name_(type.c_str()) {}
  Path(const Path& within, const char* field) : within_(&within), name_(field) {}
  Path(const Path& within, R_xlen_t element) : within_(&within), element_(element) {}

  std::string words() const {
    if (within_ == nullptr) return name_;
    if (name_ != nullptr) return within_->words() + "$" + name_;
    return within_->words() + "[" + std::to_string(element_ + 1) + "]";
  }

 private:
  const Path* within_ = nullptr;
  const char* name_ = nullptr;
  R_xlen_t element_ = 0;
};

// What is wrong with a list, or with a message that does not fit into one; `path` says where.
[[noreturn]] void wrong(const Path& path, const std::string& expected, const std::string& found) {
  throw std::invalid_argument("the field " + path.words() + " of a message: expected " + expected + ", found " + found);
}

std::string shown(SEXP value) {
  std::string type = Rf_type2char(TYPEOF(value));
  return type + " of length " + std::to_string(Rf_xlength(value));
}

// ---- from R -----------------------------------------------------------------------------------------------------

void fill(Message& message, SEXP list, const Path& path);

double as_number(SEXP value, R_xlen_t at, const Path& path) {
  switch (TYPEOF(value)) {
    case INTSXP:
      if (Rf_isFactor(value)) break;
      if (INTEGER(value)[at] == NA_INTEGER) wrong(path, "a number", "NA");
      return INTEGER(value)[at];
    case REALSXP:
      return REAL(value)[at];
  }
  wrong(path, "a number", shown(value));
}

// An integer between two bounds, which doubles hold exactly.
double as_whole(SEXP value, R_xlen_t at, double least, double most, const Path& path) {
  double number = as_number(value, at, path);
  if (!(number >= least && number <= most) || number != std::trunc(number))
    wrong(path, "a whole number from " + std::to_string(static_cast<long long>(least)) + " to " +
                    std::to_string(static_cast<long long>(most)),
          std::to_string(number));
  return number;
}

// integer64 of package bit64: the bits of a double are those of the integer
bool is_integer64(SEXP value) { return TYPEOF(value) == REALSXP && Rf_inherits(value, "integer64"); }

std::int64_t bits(double value) {
  std::int64_t integer;
  std::memcpy(&integer, &value, sizeof integer);
  return integer;
}

std::int64_t as_int64(SEXP value, R_xlen_t at, const Path& path) {
  if (is_integer64(value)) {
    std::int64_t integer = bits(REAL(value)[at]);
    if (integer == std::numeric_limits<std::int64_t>::min()) wrong(path, "a number", "NA");
    return integer;
  }
  return static_cast<std::int64_t>(as_whole(value, at, -exact, exact, path));
}

std::uint64_t as_uint64(SEXP value, R_xlen_t at, const Path& path) {
  if (is_integer64(value)) {
    std::int64_t integer = bits(REAL(value)[at]);
    if (integer < 0) wrong(path, "a number that is not negative", std::to_string(integer));
    return static_cast<std::uint64_t>(integer);
  }
  return static_cast<std::uint64_t>(as_whole(value, at, 0, exact, path));
}

bool as_bool(SEXP value, R_xlen_t at, const Path& path) {
  if (TYPEOF(value) != LGLSXP || LOGICAL(value)[at] == NA_LOGICAL) wrong(path, "TRUE or FALSE", shown(value));
  return LOGICAL(value)[at] != 0;
}

std::string as_text(SEXP value, R_xlen_t at, const Path& path) {
  if (TYPEOF(value) != STRSXP) wrong(path, "text", shown(value));
  std::string text;
  const char* fault = utf8_text(STRING_ELT(value, at), text);
  if (fault != nullptr) wrong(path, "text", fault);
  return text;
}

const EnumValueDescriptor* as_enum(const FieldDescriptor& field, SEXP value, R_xlen_t at, const Path& path) {
  std::string name = as_text(value, at, path);
  const auto* entry = field.enum_type()->FindValueByName(name);
  if (entry == nullptr) wrong(path, "a name of " + field.enum_type()->full_name(), "\"" + name + "\"");
  return entry;
}

std::string as_bytes(SEXP value, const Path& path) {
  if (TYPEOF(value) != RAWSXP) wrong(path, "a raw vector", shown(value));
  return std::string(reinterpret_cast<const char*>(RAW(value)), Rf_xlength(value));
}

// One element of `value` into a field: set when it is a single one, added when it is repeated.
template <typename Set>
void set_scalar(const FieldDescriptor& field, SEXP value, R_xlen_t at, const Path& path, Set set) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return set(static_cast<std::int32_t>(as_whole(value, at, std::numeric_limits<std::int32_t>::min(),
                                                    std::numeric_limits<std::int32_t>::max(), path)));
    case FieldDescriptor::CPPTYPE_UINT32:
      return set(
          static_cast<std::uint32_t>(as_whole(value, at, 0, std::numeric_limits<std::uint32_t>::max(), path)));
    case FieldDescriptor::CPPTYPE_INT64:
      return set(as_int64(value, at, path));
    case FieldDescriptor::CPPTYPE_UINT64:
      return set(as_uint64(value, at, path));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return set(as_number(value, at, path));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return set(static_cast<float>(as_number(value, at, path)));
    case FieldDescriptor::CPPTYPE_BOOL:
      return set(as_bool(value, at, path));
    case FieldDescriptor::CPPTYPE_ENUM:
      return set(as_enum(field, value, at, path));
    default:
      return set(as_text(value, at, path));
  }
}

bool is_bytes(const FieldDescriptor& field) { return field.type() == FieldDescriptor::TYPE_BYTES; }
bool is_message(const FieldDescriptor& field) { return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE; }

struct Setter {
  const Reflection& reflection;
  Message& message;
  const FieldDescriptor& field;
  void operator()(std::int32_t value) { reflection.SetInt32(&message, &field, value); }
  void operator()(std::uint32_t value) { reflection.SetUInt32(&message, &field, value); }
  void operator()(std::int64_t value) { reflection.SetInt64(&message, &field, value); }
  void operator()(std::uint64_t value) { reflection.SetUInt64(&message, &field, value); }
  void operator()(double value) { reflection.SetDouble(&message, &field, value); }
  void operator()(float value) { reflection.SetFloat(&message, &field, value); }
  void operator()(bool value) { reflection.SetBool(&message, &field, value); }
  void operator()(const EnumValueDescriptor* value) { reflection.SetEnum(&message, &field, value); }
  void operator()(std::string value) { reflection.SetString(&message, &field, std::move(value)); }
};

struct Adder {
  const Reflection& reflection;
  Message& message;
  const FieldDescriptor& field;
  void operator()(std::int32_t value) { reflection.AddInt32(&message, &field, value); }
  void operator()(std::uint32_t value) { reflection.AddUInt32(&message, &field, value); }
  void operator()(std::int64_t value) { reflection.AddInt64(&message, &field, value); }
  void operator()(std::uint64_t value) { reflection.AddUInt64(&message, &field, value); }
  void operator()(double value) { reflection.AddDouble(&message, &field, value); }
  void operator()(float value) { reflection.AddFloat(&message, &field, value); }
  void operator()(bool value) { reflection.AddBool(&message, &field, value); }
  void operator()(const EnumValueDescriptor* value) { reflection.AddEnum(&message, &field, value); }
  void operator()(std::string value) { reflection.AddString(&message, &field, std::move(value)); }
};

void fill_repeated(Message& message, const FieldDescriptor& field, SEXP value, const Path& path) {
  const auto& reflection = *message.GetReflection();
  R_xlen_t count = Rf_xlength(value);
  bool nested = is_message(field) || is_bytes(field);
  if (nested && TYPEOF(value) != VECSXP) wrong(path, "a list", shown(value));
  for (R_xlen_t at = 0; at < count; ++at) {
    const Path here(path, at);
    if (is_message(field))
      fill(*reflection.AddMessage(&message, &field), VECTOR_ELT(value, at), here);
    else if (is_bytes(field))
      reflection.AddString(&message, &field, as_bytes(VECTOR_ELT(value, at), here));
    else
      set_scalar(field, value, at, here, Adder{reflection, message, field});
  }
}

void fill_single(Message& message, const FieldDescriptor& field, SEXP value, const Path& path) {
  const auto& reflection = *message.GetReflection();
  const auto* choice = field.real_containing_oneof();
  if (choice != nullptr && reflection.HasOneof(message, choice))
    wrong(path, "one member of " + choice->name(), "two of them");
  if (is_message(field)) return fill(*reflection.MutableMessage(&message, &field), value, path);
  if (is_bytes(field)) return reflection.SetString(&message, &field, as_bytes(value, path));
  if (Rf_xlength(value) != 1) wrong(path, "one element", shown(value));
  set_scalar(field, value, 0, path, Setter{reflection, message, field});
}

void fill(Message& message, SEXP list, const Path& path) {
  if (TYPEOF(list) != VECSXP) wrong(path, "a named list", shown(list));
  R_xlen_t count = Rf_xlength(list);
  if (count == 0) return;
  SEXP names = Rf_getAttrib(list, R_NamesSymbol);
  if (TYPEOF(names) != STRSXP) wrong(path, "a named list", "a list without names");
  const auto& type = *message.GetDescriptor();
  for (R_xlen_t at = 0; at < count; ++at) {
    SEXP value = VECTOR_ELT(list, at);
    if (value == R_NilValue) continue;
    const char* name = CHAR(STRING_ELT(names, at));
    const Path here(path, name);
    const auto* field = type.FindFieldByName(name);
    if (field == nullptr) wrong(here, "a field of " + type.full_name(), "another name");
    if (field->is_repeated())
      fill_repeated(message, *field, value, here);
    else
      fill_single(message, *field, value, here);
  }
}

// ---- to R -------------------------------------------------------------------------------------------------------

SEXP listed(const Message& message, const Path& path);

double as_double(std::int64_t value, const Path& path) {
  if (value > static_cast<std::int64_t>(exact) || value < -static_cast<std::int64_t>(exact))
    wrong(path, "an integer that a double holds, up to 2^53", std::to_string(value));
  return static_cast<double>(value);
}

double as_double(std::uint64_t value, const Path& path) {
  if (value > static_cast<std::uint64_t>(exact))
    wrong(path, "an integer that a double holds, up to 2^53", std::to_string(value));
  return static_cast<double>(value);
}

SEXP utf8(const std::string& text) {
  return Rf_mkCharLenCE(text.data(), static_cast<int>(text.size()), CE_UTF8);
}

std::string enum_name(const FieldDescriptor& field, int number) {
  const auto* entry = field.enum_type()->FindValueByNumber(number);
  return entry == nullptr ? std::to_string(number) : entry->name();
}

Rcpp::RawVector raw(const std::string& bytes) { return Rcpp::RawVector(bytes.begin(), bytes.end()); }

SEXP repeated_value(const Message& message, const FieldDescriptor& field, const Path& path) {
  const auto& reflection = *message.GetReflection();
  int count = reflection.FieldSize(message, &field);
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      Rcpp::List values(count);
      for (int at = 0; at < count; ++at)
        values[at] = listed(reflection.GetRepeatedMessage(message, &field, at), path);
      return values;
    }
    case FieldDescriptor::CPPTYPE_STRING: {
      if (is_bytes(field)) {
        Rcpp::List values(count);
        for (int at = 0; at < count; ++at) values[at] = raw(reflection.GetRepeatedString(message, &field, at));
        return values;
      }
      Rcpp::CharacterVector values(count);
      for (int at = 0; at < count; ++at) values[at] = utf8(reflection.GetRepeatedString(message, &field, at));
      return values;
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      Rcpp::CharacterVector values(count);
      for (int at = 0; at < count; ++at)
        values[at] = enum_name(field, reflection.GetRepeatedEnumValue(message, &field, at));
      return values;
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      Rcpp::LogicalVector values(count);
      for (int at = 0; at < count; ++at) values[at] = reflection.GetRepeatedBool(message, &field, at);
      return values;
    }
    case FieldDescriptor::CPPTYPE_INT32: {
      Rcpp::NumericVector values(count);
      for (int at = 0; at < count; ++at) values[at] = reflection.GetRepeatedInt32(message, &field, at);
      return values;
    }
    default: {
      Rcpp::NumericVector values(count);
      for (int at = 0; at < count; ++at) switch (field.cpp_type()) {
          case FieldDescriptor::CPPTYPE_UINT32:
            values[at] = reflection.GetRepeatedUInt32(message, &field, at);
            break;
          case FieldDescriptor::CPPTYPE_INT64:
            values[at] = as_double(reflection.GetRepeatedInt64(message, &field, at), path);
            break;
          case FieldDescriptor::CPPTYPE_UINT64:
            values[at] = as_double(reflection.GetRepeatedUInt64(message, &field, at), path);
            break;
          case FieldDescriptor::CPPTYPE_FLOAT:
            values[at] = reflection.GetRepeatedFloat(message, &field, at);
            break;
          default:
            values[at] = reflection.GetRepeatedDouble(message, &field, at);
        }
      return values;
    }
  }
}

SEXP single_value(const Message& message, const FieldDescriptor& field, const Path& path) {
  const auto& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return listed(reflection.GetMessage(message, &field), path);
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string text = reflection.GetString(message, &field);
      if (is_bytes(field)) return raw(text);
      Rcpp::Shield<SEXP> element(utf8(text));
      return Rf_ScalarString(element);
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      return Rcpp::wrap(enum_name(field, reflection.GetEnumValue(message, &field)));
    case FieldDescriptor::CPPTYPE_BOOL:
      return Rcpp::wrap(reflection.GetBool(message, &field));
    case FieldDescriptor::CPPTYPE_INT32:
      return Rcpp::wrap(static_cast<double>(reflection.GetInt32(message, &field)));
    case FieldDescriptor::CPPTYPE_UINT32:
      return Rcpp::wrap(static_cast<double>(reflection.GetUInt32(message, &field)));
    case FieldDescriptor::CPPTYPE_INT64:
      return Rcpp::wrap(as_double(reflection.GetInt64(message, &field), path));
    case FieldDescriptor::CPPTYPE_UINT64:
      return Rcpp::wrap(as_double(reflection.GetUInt64(message, &field), path));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Rcpp::wrap(static_cast<double>(reflection.GetFloat(message, &field)));
    default:
      return Rcpp::wrap(reflection.GetDouble(message, &field));
  }
}

SEXP listed(const Message& message, const Path& path) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  const auto count = static_cast<R_xlen_t>(fields.size());
  Rcpp::Shield<SEXP> values(Rf_allocVector(VECSXP, count));
  Rcpp::Shield<SEXP> names(Rf_allocVector(STRSXP, count));
  for (R_xlen_t at = 0; at < count; ++at) {
    const auto& field = *fields[at];
    const Path here(path, field.name().c_str());
    SET_VECTOR_ELT(
        values, at,
        field.is_repeated() ? repeated_value(message, field, here) : single_value(message, field, here));
    SET_STRING_ELT(names, at, utf8(field.name()));
  }
  Rf_setAttrib(values, R_NamesSymbol, names);
  return values;
}

// A message from a list, and how long it is.
std::pair<std::unique_ptr<Message>, std::size_t> filled(const std::string& type, SEXP fields) {
  auto message = new_message(type);
  const Path path(message->GetDescriptor()->name());
  fill(*message, fields, path);
  const std::size_t length = message->ByteSizeLong();
  if (length > std::numeric_limits<int>::max()) wrong(path, "at most 2 GiB", std::to_string(length) + " bytes");
  return {std::move(message), length};
}

}  // namespace

std::vector<unsigned char> message_bytes(const std::string& type, SEXP fields) {
  const auto [message, length] = filled(type, fields);
  std::vector<unsigned char> bytes(length);
  message->SerializeToArray(bytes.data(), static_cast<int>(length));
  return bytes;
}

SEXP message_fields(const std::string& type, const void* bytes, std::size_t length) {
  auto message = new_message(type);
  if (length > std::numeric_limits<int>::max() || !message->ParseFromArray(bytes, static_cast<int>(length)))
    return R_NilValue;
  return listed(*message, Path(message->GetDescriptor()->name()));
}

// The elements of a named list that are not NULL.
// [[Rcpp::export(rng = false)]]
SEXP without_null(SEXP list) {
  const R_xlen_t length = Rf_xlength(list);
  SEXP names = Rf_getAttrib(list, R_NamesSymbol);
  R_xlen_t count = 0;
  for (R_xlen_t at = 0; at < length; ++at) count += VECTOR_ELT(list, at) != R_NilValue;
  if (count == length || names == R_NilValue) return list;
  Rcpp::Shield<SEXP> kept(Rf_allocVector(VECSXP, count));
  Rcpp::Shield<SEXP> their_names(Rf_allocVector(STRSXP, count));
  for (R_xlen_t at = 0, to = 0; at < length; ++at) {
    if (VECTOR_ELT(list, at) == R_NilValue) continue;
    SET_VECTOR_ELT(kept, to, VECTOR_ELT(list, at));
    SET_STRING_ELT(their_names, to++, STRING_ELT(names, at));
  }
  Rf_setAttrib(kept, R_NamesSymbol, their_names);
  return kept;
}

// The bytes of a message from a list of its fields.
// [[Rcpp::export(rng = false)]]
Rcpp::RawVector message_to_raw(std::string type, Rcpp::List fields) {
  const auto [message, length] = filled(type, fields);
  Rcpp::RawVector bytes(Rcpp::no_init(static_cast<R_xlen_t>(length)));
  message->SerializeToArray(RAW(bytes), static_cast<int>(length));
  return bytes;
}

// A list of the fields of a message from its bytes; NULL when they are no such message.
// [[Rcpp::export(rng = false)]]
SEXP raw_to_message(std::string type, Rcpp::RawVector bytes) {
  return message_fields(type, RAW(bytes), static_cast<std::size_t>(bytes.size()));
}
