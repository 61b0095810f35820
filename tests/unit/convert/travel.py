"""The way of an object to a store and back."""

from jazz.codec import BytesReader, check_body, check_header, decode, encode
from jazz.convert import from_value, to_value
from jazz.values import Value


def sent(obj: object) -> Value:
    """What arrives of an object, after all checks."""
    encoded = encode(to_value(obj))
    body = bytearray(encoded.body())
    check_header(encoded.header, len(body))
    check_body(encoded.header, BytesReader(body))
    return decode(encoded.header, body)


def there_and_back(obj: object, to: str | None = None):
    return from_value(sent(obj), to=to)
