import {
  getNullableType,
  type GraphQLSchema,
  type GraphQLType,
  isInputObjectType,
  isListType,
  isScalarType,
  type OperationDefinitionNode,
  typeFromAST,
} from "graphql";
import type { Attachment } from "./attachments";

export type Variables = Record<string, unknown>;

/** The paths of the nulls at places typed `Upload`, in the variables' order. */
export function uploadPlaces(schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Variables) {
  const declared = new Map(
    operation.variableDefinitions?.map(({ variable, type }) => [variable.name.value, typeFromAST(schema, type)]),
  );
  return Object.entries(variables).flatMap(([name, value]) => nulls(declared.get(name), value, name));
}

function nulls(declared: GraphQLType | undefined, value: unknown, path: string): string[] {
  const type = getNullableType(declared);
  if (isListType(type) && Array.isArray(value)) {
    return value.flatMap((item, index) => nulls(type.ofType, item, `${path}.${index}`));
  }
  if (isInputObjectType(type) && isContainer(value)) {
    const fields = type.getFields();
    return Object.entries(value).flatMap(([name, member]) => nulls(fields[name]?.type, member, `${path}.${name}`));
  }
  return isScalarType(type) && type.name === "Upload" && value === null ? [path] : [];
}

/** For each attachment what keeps it from being sent with the variables, in plain words, or null. */
export function problems(attachments: readonly Attachment[], variables: Variables): (string | null)[] {
  const paths = attachments.map(({ path }) => path);
  return paths.map((path, index) =>
    paths.indexOf(path) < index && path ? `Another file is for ${path} already.` : problem(path, variables),
  );
}

function problem(path: string, variables: Variables): string | null {
  if (!path) return "Write where the file goes: the path of a null in the variables, such as input.file.";
  let value: unknown = variables;
  for (const step of path.split(".")) {
    // An array's own properties are its items and its length.
    const known = isContainer(value) && Object.hasOwn(value, step) && !(Array.isArray(value) && step === "length");
    if (!known) return `The variables have no ${path}.`;
    value = (value as Variables)[step];
  }
  return value === null ? null : `The variables have a value at ${path}. Write null there, the file takes its place.`;
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
