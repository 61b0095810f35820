# A value of a pipeline while its function is traced: a name for what a step will give. It holds no data.

#' @importFrom methods new setClass setGeneric setMethod is callNextMethod
NULL

# `trace`: the trace that it is in. `source`: where it comes from. `dims`: what is known of its dimensions (see
# pipeline-dims.R). `truth`: whether it is known to be of truth values. `fields`: of what is known to be a table, the
# types of its fields, by name, as far as they are known; else NULL.
setClass("jazz_node", representation(
  trace = "environment", source = "list", dims = "ANY", truth = "logical", fields = "ANY"
))

node_without_source <- new("jazz_node") # new() for every value would be half the time of a long pipeline
