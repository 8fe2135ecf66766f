
## Access, invitations, sender lists
