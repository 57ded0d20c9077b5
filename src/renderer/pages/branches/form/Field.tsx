import { TextInput, type TextInputProps } from '@mantine/core';
import type { FieldName } from '../model/fields.ts';
import type { EndpointForm } from './useEndpointForm.ts';

/** One line of the form, with its problem. */
export function Field({
  form,
  name,
  children,
  ...props
}: {
  readonly form: EndpointForm;
  readonly name: FieldName;
  /** What it says. */
  readonly children: {
    readonly label: string;
    readonly description?: string;
    readonly placeholder?: string;
  };
} & Omit<TextInputProps, 'form' | 'children'>) {
  return (
    <TextInput
      {...props}
      {...children}
      autoComplete="off"
      value={form.state.fields[name]}
      error={form.problem(name)}
      onChange={({ currentTarget }) => form.set(name, currentTarget.value)}
    />
  );
}
