"""The text of kinds: what people write and read, to and from the messages of the contract.

    # A photograph with its mask.
    extends lab/record {
      image: uint8[h, w, 3]  # the picture
      mask?: bool[h, w]
      weight: float64[*] in kg from 0 to 1000
      counts: int32[h, words]? csr strict
      taken: timestamp[ms, Europe/Vienna][]
      meta: {
        author: string[]
        ...
      }
      closed
    }

`parse_kind` and `parse_type` read it, `kind_text` and `type_text` write it: what was written is read as what it was,
and written again as it was. `proposed` proposes the kind of data at hand. The server and the client both use these.
"""

from jazz.kinds.parse import parse_kind, parse_type
from jazz.kinds.propose import proposed
from jazz.kinds.write import kind_text, type_text

__all__ = ["kind_text", "parse_kind", "parse_type", "proposed", "type_text"]
