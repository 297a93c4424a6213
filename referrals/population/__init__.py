"""An invented population of any size, to try and to measure the workbench with: seeded, so always the same one."""
