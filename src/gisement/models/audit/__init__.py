"""The audit of a share by hand: lines drawn, a form filled, an interval."""
