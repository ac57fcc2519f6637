"""What is shipped: each service's packages, their licences, and a bill of materials of them."""
