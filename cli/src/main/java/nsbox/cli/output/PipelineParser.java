package nsbox.cli.output;

import java.util.ArrayList;
import java.util.List;
import nsbox.cli.output.Token.Kind;

/// Reads what stands in one action: values, calls, pipes, variables.
///
/// @spec https://pkg.go.dev/text/template#hdr-Pipelines
final class PipelineParser {
  private final String template;
  private final TokenReader tokens;
  private final List<String> variables = new ArrayList<>(List.of("$"));
  private int depth;

  PipelineParser(String template, TokenReader tokens) {
    this.template = template;
    this.tokens = tokens;
  }

  /// How many variables there are, for [#release].
  int mark() {
    return variables.size();
  }

  /// Forgets the variables that came after a mark: they end with their action.
  void release(int mark) {
    variables.subList(mark, variables.size()).clear();
  }

  /// Reads up to the closing braces or parenthesis, which stay.
  ///
  /// @param range whether two variables may get a value
  Node.Pipeline pipeline(boolean range) throws TemplateException {
    int offset = tokens.peek().offset();
    List<String> targets = new ArrayList<>();
    boolean declares = false;
    if (tokens.peek().is(Kind.VARIABLE) && isTarget(tokens.peekSecond(), range)) {
      Token first = tokens.next();
      targets.add(first.text());
      if (tokens.peek().is(Kind.COMMA)) {
        tokens.next();
        Token second = tokens.next();
        if (!second.is(Kind.VARIABLE)) {
          throw failure(second, "a variable must follow the comma");
        }
        targets.add(second.text());
      }
      Token operator = tokens.next();
      if (!operator.is(Kind.DECLARE) && !operator.is(Kind.ASSIGN)) {
        throw failure(operator, "expected := or =, found " + operator.shown());
      }
      declares = operator.is(Kind.DECLARE);
      if (!declares) {
        known(first);
      }
    }
    List<Node.Command> commands = new ArrayList<>();
    commands.add(command());
    while (tokens.peek().is(Kind.PIPE)) {
      tokens.next();
      Token callee = tokens.peek();
      Node.Command command = command();
      if (isPlain(command.callee())) {
        throw failure(
            callee, "what follows | must be a function, and " + callee.shown() + " is none");
      }
      commands.add(command);
    }
    if (declares) {
      variables.addAll(targets);
    }
    return new Node.Pipeline(List.copyOf(targets), declares, List.copyOf(commands), offset);
  }

  private static boolean isTarget(Token token, boolean range) {
    return token.is(Kind.DECLARE) || token.is(Kind.ASSIGN) || range && token.is(Kind.COMMA);
  }

  private static boolean isPlain(Node.Expression callee) {
    return callee instanceof Node.Literal
        || callee instanceof Node.Dot
        || callee instanceof Node.Variable
        || callee instanceof Node.Nested;
  }

  private Node.Command command() throws TemplateException {
    Token first = tokens.peek();
    Node.Expression callee = operand();
    if (callee instanceof Node.Nil) {
      throw failure(first, "nil stands only where a function takes it");
    }
    List<Node.Expression> arguments = new ArrayList<>();
    while (startsOperand(tokens.peek())) {
      if (!tokens.peek().spaced()) {
        throw failure(
            tokens.peek(), "unexpected " + tokens.peek().shown() + " without a space before it");
      }
      arguments.add(operand());
    }
    if (!arguments.isEmpty() && isPlain(callee)) {
      throw failure(first, first.shown() + " is no function and takes no arguments");
    }
    return new Node.Command(callee, List.copyOf(arguments));
  }

  private static boolean startsOperand(Token token) {
    return switch (token.kind()) {
      case WORD, FIELD, DOT, VARIABLE, LITERAL, LEFT -> true;
      default -> false;
    };
  }

  private Node.Expression operand() throws TemplateException {
    Token token = tokens.next();
    int offset = token.offset();
    Node.Expression expression =
        switch (token.kind()) {
          case DOT -> new Node.Dot(offset);
          case FIELD -> new Node.Field(new Node.Dot(offset), token.text(), offset);
          case VARIABLE -> new Node.Variable(known(token), offset);
          case LITERAL -> new Node.Literal(token.value(), offset);
          case WORD -> word(token);
          case LEFT -> nested(token);
          case CLOSE -> throw failure(token, "a value is missing");
          default -> throw failure(token, "unexpected " + token.shown());
        };
    while (tokens.peek().is(Kind.FIELD) && !tokens.peek().spaced()) {
      Token field = tokens.next();
      if (token.is(Kind.LITERAL) || token.is(Kind.DOT)) {
        throw failure(field, "unexpected " + field.shown() + " after " + token.shown());
      }
      expression = new Node.Field(expression, field.text(), field.offset());
    }
    return expression;
  }

  private Node.Expression word(Token token) throws TemplateException {
    return switch (token.text()) {
      case "true" -> new Node.Literal(true, token.offset());
      case "false" -> new Node.Literal(false, token.offset());
      case "nil" -> new Node.Nil(token.offset());
      default -> {
        if (!TemplateFunctions.NAMES.contains(token.text())) {
          throw failure(
              token,
              "no function "
                  + token.text()
                  + "; there are "
                  + String.join(", ", TemplateFunctions.NAMES));
        }
        yield new Node.Function(token.text(), token.offset());
      }
    };
  }

  private Node.Expression nested(Token left) throws TemplateException {
    if (++depth > TemplateParser.MAX_DEPTH) {
      throw failure(left, "more than " + TemplateParser.MAX_DEPTH + " parentheses in each other");
    }
    Node.Pipeline pipeline = pipeline(false);
    Token right = tokens.next();
    if (!right.is(Kind.RIGHT)) {
      throw failure(left, "( without )");
    }
    depth--;
    return new Node.Nested(pipeline, left.offset());
  }

  private String known(Token variable) throws TemplateException {
    if (!variables.contains(variable.text())) {
      throw failure(variable, "no variable " + variable.text());
    }
    return variable.text();
  }

  private TemplateException failure(Token token, String problem) {
    return new TemplateException(template, token.offset(), problem);
  }
}
