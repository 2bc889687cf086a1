"""The public graph: GraphQL types as views of the model, and the resolvers that fill their edges."""
