"""Small notices of each format, as text."""

from __future__ import annotations

from gisement.sources.demonstration import identifiers

CBC = 'xmlns:cbc="c" xmlns:cac="a" xmlns:efac="f" xmlns:efbc="b" xmlns="urn:x"'
SIRET = identifiers.siret(identifiers.siren(10_001), 1)


def eforms(
    *,
    title: str = "Nettoyage des locaux de la mairie",
    day: str = "2024-01-10+01:00",
    reference: str = "24-01",
    siret: str = SIRET,
    cpv: str = "45442100",
) -> str:
    """A call of one lot, with a group of lots that only repeats it."""
    return f"""<ContractNotice {CBC}><cbc:ID schemeName="notice-id">n-1</cbc:ID><cbc:IssueDate>{day}</cbc:IssueDate>
    <efac:Company><cac:PartyIdentification><cbc:ID>ORG-2</cbc:ID></cac:PartyIdentification>
      <cac:PartyName><cbc:Name>Tribunal</cbc:Name></cac:PartyName></efac:Company>
    <efac:Company><cac:PartyIdentification><cbc:ID>ORG-1</cbc:ID></cac:PartyIdentification>
      <cac:PartyName><cbc:Name>Mairie</cbc:Name></cac:PartyName>
      <cac:PartyLegalEntity><cbc:CompanyID> {siret}</cbc:CompanyID></cac:PartyLegalEntity></efac:Company>
    <cac:ContractingParty><cac:Party><cac:PartyIdentification><cbc:ID>ORG-1</cbc:ID></cac:PartyIdentification></cac:Party>
    </cac:ContractingParty>
    <cac:TenderingProcess><cbc:ProcedureCode>open</cbc:ProcedureCode></cac:TenderingProcess>
    <cac:ProcurementProject><cbc:ID>{reference}</cbc:ID><cbc:Name>{title}</cbc:Name></cac:ProcurementProject>
    <cac:ProcurementProjectLot><cbc:ID schemeName="LotsGroup">GLO-1</cbc:ID></cac:ProcurementProjectLot>
    <cac:ProcurementProjectLot><cbc:ID schemeName="Lot">LOT-1</cbc:ID>
      <cac:TenderingTerms><cbc:VariantConstraintCode listName="permission">allowed</cbc:VariantConstraintCode>
      <cac:AwardingTerms><cac:AwardingCriterion>
        <cac:SubordinateAwardingCriterion>
          <efac:AwardCriterionParameter><efbc:ParameterCode listName="number-weight">per-exa</efbc:ParameterCode>
            <efbc:ParameterNumeric>40</efbc:ParameterNumeric></efac:AwardCriterionParameter>
          <cbc:AwardingCriterionTypeCode>quality</cbc:AwardingCriterionTypeCode>
          <cbc:Description>Performance environnementale</cbc:Description></cac:SubordinateAwardingCriterion>
        <cac:SubordinateAwardingCriterion>
          <efac:AwardCriterionParameter><efbc:ParameterCode listName="number-threshold">min-score</efbc:ParameterCode>
            <efbc:ParameterNumeric>60</efbc:ParameterNumeric></efac:AwardCriterionParameter>
          <cbc:AwardingCriterionTypeCode>price</cbc:AwardingCriterionTypeCode></cac:SubordinateAwardingCriterion>
      </cac:AwardingCriterion></cac:AwardingTerms>
      <cac:TendererQualificationRequest><cac:SpecificTendererRequirement>
        <cbc:TendererRequirementTypeCode listName="reserved-procurement">res-ws</cbc:TendererRequirementTypeCode>
      </cac:SpecificTendererRequirement></cac:TendererQualificationRequest></cac:TenderingTerms>
      <cac:ProcurementProject><cbc:Name>{title}</cbc:Name>
        <cac:ProcurementAdditionalType><cbc:ProcurementTypeCode listName="strategic-procurement">soc-obj
          </cbc:ProcurementTypeCode></cac:ProcurementAdditionalType>
        <cac:MainCommodityClassification><cbc:ItemClassificationCode>{cpv}</cbc:ItemClassificationCode>
        </cac:MainCommodityClassification></cac:ProcurementProject>
    </cac:ProcurementProjectLot></ContractNotice>"""


BOAMP = """<ANNONCE><GESTION><REFERENCE><IDWEB>24-2</IDWEB><TYPE_AVIS><NATURE><ATTRIBUTION/></NATURE></TYPE_AVIS></REFERENCE>
<MARCHE><ANNONCE_ANTERIEUR><REFERENCE><IDWEB>23-9</IDWEB></REFERENCE><REFERENCE_PUBLICATION><PUBLICATION_ELECTRONIQUE>
<DATE_PUBLICATION>2023-09-01</DATE_PUBLICATION></PUBLICATION_ELECTRONIQUE></REFERENCE_PUBLICATION></ANNONCE_ANTERIEUR></MARCHE>
<INDEXATION><DATE_PUBLICATION>2024-02-01</DATE_PUBLICATION><CRITERES_SOCIAUX_ENV><SOCIAUX/></CRITERES_SOCIAUX_ENV></INDEXATION>
</GESTION><DONNEES><IDENTITE><DENOMINATION>Mairie</DENOMINATION></IDENTITE><OBJET><TITRE_MARCHE>Denrées</TITRE_MARCHE>
<LOTS><LOT><NUM>1</NUM><INTITULE>Pain</INTITULE><CRITERES_ATTRIBUTION><CRITERES_QUALITE><CRITERE POIDS="55">Qualité</CRITERE>
</CRITERES_QUALITE><CRITERES_PRIX><POIDS>45</POIDS></CRITERES_PRIX></CRITERES_ATTRIBUTION></LOT>
<LOT><NUM>2</NUM><INTITULE>Lait</INTITULE><VARIANTES_NON/></LOT></LOTS></OBJET>
<PROCEDURE><TYPE_PROCEDURE><PROCEDURE_ADAPTE/></TYPE_PROCEDURE><CRITERES_ATTRIBUTION><CRITERES_LIBRE>Au mieux-disant</CRITERES_LIBRE>
</CRITERES_ATTRIBUTION></PROCEDURE><CONDITION_PARTICIPATION><MARCHE_RESERVE_OUI/></CONDITION_PARTICIPATION></DONNEES></ANNONCE>"""
