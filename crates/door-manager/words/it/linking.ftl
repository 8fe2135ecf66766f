
## Linked domains and the main domain
