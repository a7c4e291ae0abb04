"""Speed and memory beside peers and limits: `python -m benchmarks NAME`."""
