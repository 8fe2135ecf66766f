
## People, roles, second factors
