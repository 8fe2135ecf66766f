
## Mail services and addresses
