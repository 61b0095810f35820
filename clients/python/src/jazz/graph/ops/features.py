"""Features made of classes, numbers and texts."""

# ruff: noqa: A001 - what things are called

from __future__ import annotations

from typing import Literal

from jazz.graph import settings
from jazz.graph.errors import tracing_error
from jazz.graph.node import Node, Operand, apply


def one_hot(x: Operand, classes: int | None = None) -> Node:
    """Which class each element is of: `result[..., j]` is true where `x` is `j`. Sparse bool.

    Classes are integers from 0 on, truth values, or a factor. How many there are is known of truth values and factors,
    and else is one more than the greatest.

    >>> print(jazz.pipeline(lambda x: jazz.ops.one_hot(x, 10)))
    <lambda>(x) -> result
      %0 = one_hot(x, classes=10)
      result = %0
    """
    return apply("one_hot", x, classes=None if classes is None else settings.integer("classes", classes, least=0))


def bin(x: Operand, edges: Operand, *, right: bool = False) -> Node:
    """In which interval between edges each element is, from 0, before the first one: `numpy.digitize`. int64.

    >>> print(jazz.pipeline(lambda x, edges: jazz.ops.bin(x, edges)))
    <lambda>(x, edges) -> result
      %0 = bin(x, edges)
      result = %0
    """
    return apply("bin", x, edges, right=settings.flag("right", right))


def hash_features(x: Operand, features: int = 1 << 20, *, alternate_sign: bool = True) -> Node:
    """Texts counted in columns that their hashes choose; scikit-learn's `FeatureHasher`. CSR float64 `[n, features]`.

    Args:
        x: A vector of texts, one for each row; a matrix, a row of texts for each row; or what `tokenize` gives.
        features: How many columns there are.
        alternate_sign: Whether hashes below 0 count as -1, so that texts that share a column cancel.

    >>> print(jazz.pipeline(lambda x: jazz.ops.hash_features(jazz.ops.tokenize(x), 1024)))
    <lambda>(x) -> result
      %0 = tokenize(x)
      %1 = hash_features(%0, features=1024)
      result = %1
    """
    columns = settings.integer("features", features, least=1)
    signs = settings.flag("alternate_sign", alternate_sign)
    return apply(
        "hash_features", x, features=None if columns == 1 << 20 else columns, alternate_sign=None if signs else False
    )


def tokenize(x: Operand, *, lowercase: bool = True, min_length: int = 2) -> Node:
    """The words of a vector of texts: a table of `tokens`, text after text, and `lengths`, how many each text has.

    Words are the longest runs of letters, digits and underscores that have enough characters, as scikit-learn's
    `CountVectorizer` finds them.

    >>> print(jazz.pipeline(lambda x: jazz.ops.unique(jazz.ops.tokenize(x)["tokens"]).values))
    <lambda>(x) -> result
      %0 = tokenize(x)
      %1 = field(%0, name='tokens')
      %2 = unique(%1)
      result = %2
    """
    least = settings.integer("min_length", min_length, least=1)
    lower = settings.flag("lowercase", lowercase)
    return apply("tokenize", x, lowercase=None if lower else False, min_length=None if least == 2 else least)


def count_tokens(x: Operand, vocabulary: Operand) -> Node:
    """How often each word of a vocabulary is in each text, of what `tokenize` gives: CSR int64 `[n, v]`.

    A vocabulary is a vector of texts that has each once, such as the values of `unique`.

    >>> print(jazz.pipeline(lambda x, words: jazz.ops.count_tokens(jazz.ops.tokenize(x), words)))
    <lambda>(x, words) -> result
      %0 = tokenize(x)
      %1 = count_tokens(%0, words)
      result = %1
    """
    return apply("count_tokens", x, vocabulary)


def tfidf(
    x: Operand,
    corpus: Operand | None = None,
    *,
    smooth: bool = True,
    sublinear: bool = False,
    norm: Literal["l1", "l2", "max", "none"] = "l2",
) -> Node:
    """Counts of words weighed by how few texts have the word; scikit-learn's `TfidfTransformer`. The layout stays.

    Args:
        x: Counts, a text in each row.
        corpus: The counts of the texts that tell how many have a word; `x` itself when None.
        smooth: Whether to count as if one more text had every word.
        sublinear: Whether a count is replaced by `1 + log(count)`.
        norm: The norm that rows are divided by, or "none".

    >>> print(jazz.pipeline(lambda x: jazz.ops.tfidf(x, norm="l1")))
    <lambda>(x) -> result
      %0 = tfidf(x, norm='l1')
      result = %0
    """
    if norm not in ("l1", "l2", "max", "none"):
        raise tracing_error("norm", "'l1', 'l2', 'max' or 'none'", repr(norm))
    options = {
        "smooth": None if settings.flag("smooth", smooth) else False,
        "sublinear": settings.flag("sublinear", sublinear),
        "norm": None if norm == "l2" else norm,
    }
    return apply("tfidf", x, **options) if corpus is None else apply("tfidf", x, corpus, **options)
