
## Logs, IP addresses, queue, system
