
## Hosts and mail servers
