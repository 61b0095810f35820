"""What is known of every value in a pipeline before it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from jazz_server.kinds.types import Type

StepTypes: TypeAlias = tuple[tuple[Type, ...], ...]
"""The types of the outputs of every step of a graph."""


@dataclass(frozen=True, slots=True)
class Typing:
    """The types of a pipeline.

    Attributes:
        inputs: What each input takes, as far as the graph decides it; kinds are looked up.
        given: The types of the values that inputs have; no entry for those whose value is not known.
        arguments: What steps see of each input: as given, in the layout that the input's type asks for.
        steps: The types of the outputs of every step.
        outputs: The types of the outputs.
        bodies: The types inside sub-graphs, by the step and parameter that hold them ("steps[4] iterate.body").
    """

    inputs: Mapping[str, Type]
    given: Mapping[str, Type]
    arguments: tuple[Type, ...]
    steps: StepTypes
    outputs: Mapping[str, Type]
    bodies: Mapping[str, StepTypes]
