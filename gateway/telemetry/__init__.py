"""What operators see of the gateway: figures, traces and logs. Nothing that clients write gets in but plain names."""
