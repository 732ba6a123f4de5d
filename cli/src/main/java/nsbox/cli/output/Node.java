package nsbox.cli.output;

import java.util.List;

/// A part of a template that does something when the template is rendered.
sealed interface Node {
  /// Text between actions, printed as it is.
  record Text(String text) implements Node {}

  /// `{{pipeline}}`: printed unless it gives a variable its value.
  record Action(Pipeline pipeline) implements Node {}

  /// `{{if}}`, of which `else if` is a nested one, alone in `otherwise`.
  record If(Pipeline condition, List<Node> then, List<Node> otherwise) implements Node {}

  /// `{{with}}`: as `if`, and the condition is the dot of `then`.
  record With(Pipeline value, List<Node> then, List<Node> otherwise) implements Node {}

  /// `{{range}}`: the variables of its pipeline are set anew for each element.
  record Range(Pipeline over, List<Node> body, List<Node> otherwise) implements Node {}

  record Break() implements Node {}

  record Continue() implements Node {}

  /// Commands, each of which gets the value of the one before as its last argument.
  ///
  /// @param variables that get the value; two only of a range: index and element
  /// @param declares whether they are new ones
  record Pipeline(List<String> variables, boolean declares, List<Command> commands, int offset) {}

  /// A value or, where there are arguments or the value is a function, a call.
  record Command(Expression callee, List<Expression> arguments) {}

  /// What has a value. Each knows its offset in the template.
  sealed interface Expression {
    int offset();
  }

  record Dot(int offset) implements Expression {}

  record Nil(int offset) implements Expression {}

  record Literal(Object value, int offset) implements Expression {}

  record Variable(String name, int offset) implements Expression {}

  record Field(Expression of, String name, int offset) implements Expression {}

  record Function(String name, int offset) implements Expression {}

  record Nested(Pipeline pipeline, int offset) implements Expression {}
}
