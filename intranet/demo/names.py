"""Names for invented families: first and last names drawn apart, as varied as those of a town by the sea."""

from __future__ import annotations

WOMEN = tuple(
    "Aïcha Alba Amina Anaïs Assia Awa Binta Camille Chiara Dalila Daria Djamila Elena Émilie Fanta Farida "
    "Fatou Giulia Grâce Hawa Imane Ioana Jamila Joséphine Kadiatou Karima Khadija Laura Leïla Lina Louise "
    "Lucia Maïmouna Malika Manon Mariam Marlène Mirela Nadège Nadia Naïma Nour Oumou Rachida Rosa Ruth "
    "Salimata Samira Sandrine Sofia Soraya Tatiana Teresa Thuy Vanessa Viviane Yasmine Zahra".split()
)

MEN = tuple(
    "Abdou Adama Adrien Ali Amadou Andrei Antoine Aziz Bakary Bilal Carlos Cheikh Cyril Dario Driss Emil "
    "Fabrice Farid Gabriel Hamid Hugo Ibrahima Idris Ilyes Ionut Jean-Marc Karim Lamine Luca Mamadou Marco "
    "Mehdi Mickaël Moussa Nabil Nikola Omar Paulo Rachid Rafael Samir Sékou Stéphane Tarek Thierry Tomas "
    "Viktor Walid Yacine Youssef Zoran".split()
)

FAMILIES = tuple(
    "Abeille Achour Alvarado Amrani Andreani Baldini Bamba Barbero Belhadj Benmoussa Bensaïd Berthier "
    "Bonavita Camara Cardoso Chaouki Ciobanu Coulibaly Dahmani Daguerre Delmonte Diabaté Djebbar Doumbia "
    "Dragomir Dumitrescu Esposito Fadel Faure Ferhat Ferreira Fofana Garnero Gassama Ghazi Gonçalves Guérin "
    "Haddadi Hamidou Ilunga Ivanova Jabri Kanouté Khelifi Kone Kovačević Lamouri Leroux Loubet Maillard "
    "Makiese Mansouri Marin Mbemba Mekki Mendes Messaoudi Mihai Moreau Nasri Ndiaye Nguyen Okafor Ouattara "
    "Pascalini Pereira Petrova Popescu Rahmani Raybaud Rinaldi Rocha Saadi Sangaré Santoni Sbai Sissoko "
    "Tavares Tchalla Tessier Touré Traoré Vasile Vidal Yildiz Zaoui Zidouri Zongo".split()
)
