"""The food plan, a mixed-integer model: `model` is the blackboard, the rest is what it takes to use it."""
