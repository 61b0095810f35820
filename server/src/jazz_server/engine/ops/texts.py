"""Texts: their words, how often words are there, and how much that tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Table, Tensor, Value, dense
from jazz_server.engine import arguments, costs, gathered, operands, per_line, rows, shapes, texts
from jazz_server.engine.compressed import tensor_of
from jazz_server.engine.dense import quiet
from jazz_server.engine.errors import OpError
from jazz_server.engine.layouts import missing_array
from jazz_server.engine.missing import marked, missing_entries, unmarked
from jazz_server.engine.op import Flow, Inference, Op, Parameter, Run, Scalar, Settings
from jazz_server.engine.ops.scaling import NORMS, normalized, rescaled
from jazz_server.engine.promotion import INT64, REAL, Array, ordered, outcomes
from jazz_server.engine.tokens import documents, table_type, token_counts
from jazz_server.kinds import describe
from jazz_server.kinds.types import AnyType, Dimension, KindReference, TableType, TensorType, Type


def _infer_tokenize(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0], (texts.STRING,))
    arguments.flag(inference, settings, "lowercase")
    arguments.count(inference, settings, "min_length", 1)
    fits = arguments.rank_in(inference, "x", x, (1,))
    length = x.shape[0] if fits and x.shape is not None else None
    return (table_type(inference, length, nullable=x.nullable),)


def _run_tokenize(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
    run.checkpoint()
    x, least = operands.tensor("x", args[0]), settings["min_length"]
    assert isinstance(least, int)
    tokens, counts = texts.words_of(x, lowercase=bool(settings["lowercase"]), least=least)
    lengths = dense(counts) if x.validity is None else marked(dense(counts), missing_entries(x))
    return (Table((("tokens", tokens), ("lengths", lengths))),)


def _infer_count(inference: Inference, args: Sequence[Type | Scalar], _settings: Settings) -> tuple[Type, ...]:
    x, length = args[0], None
    if isinstance(x, TableType):
        length = documents(inference, "x", x)
    elif not isinstance(x, AnyType | KindReference):
        found = "a literal" if isinstance(x, bool | int | float | str) else describe.kind_of(x)
        inference.mismatch("x", "a table of words, as tokenize gives it", found)
    vocabulary = arguments.tensor(inference, "vocabulary", args[1], (texts.STRING,))
    width: Dimension = None
    if arguments.rank_in(inference, "vocabulary", vocabulary, (1,)) and vocabulary.shape is not None:
        width = vocabulary.shape[0]
    return (TensorType((INT64,), (length, width), (Layout.CSR,)),)


def _run_count(run: Run, args: Sequence[Any], _settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    if not isinstance(args[0], Table):
        raise OpError("x", "a table of words, as tokenize gives it", str(args[0]))
    tokens, counts = token_counts("x", args[0])
    vocabulary = operands.complete("vocabulary", args[1])
    try:
        found = texts.found_in(tokens, vocabulary)
    except texts.TwiceThere as twice:
        raise OpError("vocabulary", "each word once", f"{twice.text!r} twice") from twice
    run.checkpoint()
    known = found >= 0
    row = np.repeat(np.arange(len(counts)), counts)[known]
    per_row = np.bincount(row, minlength=len(counts)).astype(np.int64)
    ones = np.ones(int(known.sum()), np.int64)
    return (tensor_of(gathered.summed(per_row, found[known], ones, vocabulary.shape[0])),)


def _weighed(x: Array) -> Array:
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def _infer_tfidf(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0], REAL)
    fits = arguments.rank_in(inference, "x", x, (2,))
    arguments.flag(inference, settings, "smooth")
    arguments.flag(inference, settings, "sublinear")
    norm = settings.get("norm")
    if norm not in (*NORMS, "none"):
        inference.mismatch("norm", "l1, l2, max or none", repr(norm))
    nullable = x.nullable
    shape: tuple[Dimension, ...] = x.shape if fits and x.shape is not None else (None, None)
    if len(args) > 1:
        corpus = arguments.tensor(inference, "corpus", args[1], REAL)
        nullable = nullable or corpus.nullable
        if arguments.rank_in(inference, "corpus", corpus, (2,)) and corpus.shape is not None:
            shape = (shape[0], shapes.same(inference, "corpus", shape[1], corpus.shape[1], "column"))
    dtypes = ordered(result.dtype for result in outcomes(_weighed, [x.dtypes]))
    return (replace(x, dtypes=dtypes, shape=shape, nullable=nullable),)


def _run_tfidf(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    x = operands.tensor("x", args[0])
    corpus = operands.tensor("corpus", args[1]) if len(args) > 1 else x
    if corpus.shape[1] != x.shape[1]:
        raise OpError("corpus", describe.count(x.shape[1], "column"), describe.count(corpus.shape[1], "column"))
    with quiet():
        weights, unknown = _inverse_frequencies(corpus, smooth=bool(settings["smooth"]))
        run.checkpoint()
        weighed = _times(x, weights, unknown, sublinear=bool(settings["sublinear"]))
        norm = str(settings["norm"])
        return (weighed if norm == "none" else normalized(weighed, norm, 1),)


def _rows_of_counts(along: Sequence[bool], args: Sequence[Type | Scalar], settings: Settings) -> Flow | None:
    """Each row for itself, if others tell how many texts have a word."""
    return rows.of_first(along, args, settings) if len(args) > 1 else None


def _inverse_frequencies(corpus: Tensor, *, smooth: bool) -> tuple[NDArray[np.float64], NDArray[np.bool_] | None]:
    """The weight of each column, and for which it is not known, since an element is missing."""
    counted = per_line.sums(unmarked(corpus), per_line.shaped(unmarked(corpus)) != 0, 0)
    weights = np.log((corpus.shape[0] + smooth) / (counted + smooth)) + 1
    return weights, None if corpus.validity is None else per_line.missing_in(corpus, 0) > 0


def _times(x: Tensor, weights: Array, unknown: NDArray[np.bool_] | None, *, sublinear: bool) -> Tensor:
    data = per_line.shaped(x)
    wide = data.astype(np.float64)
    terms = 1 + np.log(wide) if sublinear else wide
    # A word that is not there has no weight, even where no text has it and its weight is infinite.
    values = np.where(wide == 0, 0, terms * per_line.spread(weights, x, 0))
    values = values.astype(_weighed(np.zeros(1, data.dtype)).dtype, copy=False)
    if unknown is None or not unknown.any():
        return rescaled(x, values, None, 0)
    hidden = per_line.spread(unknown, x, 0)
    missing = hidden | (missing_entries(x) if operands.is_sparse(x) else missing_array(x))
    if operands.is_sparse(x):
        marks = marked(replace(unmarked(x), dtype=INT64, data=np.ones(x.stored, np.int64)), missing)
        return rescaled(replace(x, validity=marks.validity), values, None, 0)
    return marked(rescaled(unmarked(x), values, None, 0), missing)


OPS: Final = (
    Op(
        name="tokenize",
        version=1,
        signature="tokenize(x string[n], lowercase, min_length) -> {tokens: string[t], lengths: int64[n]}",
        doc=(
            "The words of texts: the longest runs of letters, digits and underscores (Unicode's, as \\w has them) that "
            "have enough characters; scikit-learn's CountVectorizer. Lower case goes character by character, by "
            "Unicode's simple mapping. A table of the words, text after text, and of how many each text has."
        ),
        missing="The length is missing of a text that is.",
        arguments=("x",),
        results=("words",),
        infer=_infer_tokenize,
        run=_run_tokenize,
        parameters=(
            Parameter("lowercase", "bool", "Whether words are written in lower case.", default=True),
            Parameter("min_length", "int", "How many characters a word has at least, from 1 on.", default=2),
        ),
        cost=costs.reading,
        work="O(bytes)",
    ),
    Op(
        name="count_tokens",
        version=1,
        signature="count_tokens(x, vocabulary string[v]) -> csr int64[n, v]",
        doc=(
            "How often each word of a vocabulary is in each text, of what tokenize gives; others are not counted. A "
            "vocabulary has each word once, as the values of unique have them. CSR."
        ),
        missing="An error when it runs: fill_na and drop_na say what a text that is missing means.",
        arguments=("x", "vocabulary"),
        results=("counts",),
        infer=_infer_count,
        run=_run_count,
        cost=costs.reading,
        work="O(bytes)",
    ),
    Op(
        name="tfidf",
        version=1,
        signature="tfidf(x[n, v], corpus[m, v], smooth, sublinear, norm) -> [n, v]",
        doc=(
            "Counts of words, a text in each row, weighed by how few texts have the word: x * (log(n / d) + 1), d the "
            "number of texts in which the word is not 0, then each row divided by its norm; scikit-learn's "
            "TfidfTransformer. Numbers of texts are those of the corpus, of x itself when it is left out. Of integers "
            "and bools in float64. Keeps the layout."
        ),
        missing=(
            "How many texts have a word is not known where its column has a missing element: then the column is "
            "missing, and so are the rows that are divided by a norm, as far as they are stored."
        ),
        arguments=("x", "corpus"),
        optional_arguments=1,
        results=("result",),
        infer=_infer_tfidf,
        run=_run_tfidf,
        parameters=(
            Parameter("smooth", "bool", "Whether to count as if one more text had every word.", default=True),
            Parameter("sublinear", "bool", "Whether x is replaced by 1 + log(x) where it is not 0.", default=False),
            Parameter("norm", "str", 'The norm: "l1", "l2" or "max", or "none".', default="l2"),
        ),
        rows=_rows_of_counts,
    ),
)
"""The operations of this module."""
